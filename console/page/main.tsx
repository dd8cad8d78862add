/**
 * Entry of the pages' script. Preact renders all data as text, never as HTML.
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
