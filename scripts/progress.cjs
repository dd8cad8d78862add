/**
 * Progress of long steps: on a terminal, one line that is overwritten; elsewhere a line after 10, 20, 40 … seconds.
 *
 * Has no dependencies, since it runs before they are installed.
 */

const FIRST_AFTER_MS = 10_000;

/** Creates a progress display. @param out a stream such as `process.stderr`; `style` colors a line */
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
    /** Writes the progress so far; the next line replaces it. */
    update(text) {
      if (out.isTTY) {
        // A wrapped line could not be overwritten.
        out.write(`\r\x1b[2K${style(text.slice(0, (out.columns || 80) - 1))}`);
        isOpen = true;
      } else if (now() - startedMs >= nextMs) {
        nextMs *= 2;
        out.write(`${style(text)}\n`);
      }
    },
    /** Removes the last update. */
    end,
  };
};
