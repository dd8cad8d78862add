/**
 * The pages' one script. Everything that it shows of users' systems is text: Preact makes no HTML of it.
 */
import './style/main.css';
import { render } from 'preact';
import { followLinks } from './address';
import { App } from './app';
import { startClock } from './clock';
import { takeKeys } from './keyboard';
import { listen } from './live';

const root = document.getElementById('page');
if (root) {
  followLinks();
  takeKeys();
  listen();
  startClock();
  render(<App />, root);
}
