/**
 * The dialog with the keyboard shortcuts.
 */

const KEYS: readonly (readonly [keys: string, text: string])[] = [
  ['j k', 'next and previous row'],
  ['Enter', 'open the row'],
  ['← →', 'fold and unfold the row'],
  ['/', 'find'],
  ['f', 'only failures and alerts'],
  ['e', 'next error'],
  ['s', 'the slowest'],
  ['z', 'zoom to the selected row'],
  ['g', 'group similar rows, or not'],
  ['[ ]', 'previous and next run'],
  ['Esc', 'close the details, leave the zoom'],
  ['?', 'show these keys'],
];

/** Opens the dialog, or closes it if it is open. */
export function openHelp(): void {
  const dialog = document.querySelector<HTMLDialogElement>('dialog.help');
  if (dialog?.open) dialog.close();
  else dialog?.showModal();
}

/** The dialog, closed at first. */
export function Help() {
  return (
    <dialog class="help" aria-labelledby="keys-heading">
      <h2 id="keys-heading">Keys</h2>
      <dl>
        {KEYS.map(([keys, text]) => (
          <div key={keys}>
            <dt>
              {keys.split(' ').map((key) => (
                <kbd key={key}>{key}</kbd>
              ))}
            </dt>
            <dd>{text}</dd>
          </div>
        ))}
      </dl>
      <form method="dialog">
        <button type="submit">Close</button>
      </form>
    </dialog>
  );
}
