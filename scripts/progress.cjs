/**
 * Progress of long steps: on a terminal one line that is written over, elsewhere a line after 10, 20, 40 … seconds.
 *
 * No dependencies: it runs before there are any.
 */

const FIRST_AFTER_MS = 10_000;

/** @param out a stream such as `process.stderr`; `style` colors a line */
exports.createProgress = ({ out = process.stderr, style = (text) => text, now = Date.now } = {}) => {
  let isOpen = false;
  let startedMs = now();
  let nextMs = FIRST_AFTER_MS;

  function end() {
    if (isOpen) out.write('\r\x1b[2K');
    isOpen = false;
    startedMs = now();
    nextMs = FIRST_AFTER_MS;
  }

  return {
    /** Writes a line that stays. */
    line(text) {
      end();
      out.write(`${style(text)}\n`);
    },
    /** Writes how far it is: replaced by what is written next. */
    update(text) {
      if (out.isTTY) {
        // A line that wraps could not be taken back.
        out.write(`\r\x1b[2K${style(text.slice(0, (out.columns || 80) - 1))}`);
        isOpen = true;
      } else if (now() - startedMs >= nextMs) {
        nextMs *= 2;
        out.write(`${style(text)}\n`);
      }
    },
    /** Takes the last update away. */
    end,
  };
};
