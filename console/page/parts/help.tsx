/**
 * The keys, in a dialog.
 */

const KEYS: readonly (readonly [keys: string, text: string])[] = [
  ['j k', 'next and previous row'],
  ['Enter', 'open the row'],
  ['← →', 'close and open what is below a row'],
  ['/', 'find'],
  ['f', 'only what failed, or has alerts'],
  ['e', 'next error'],
  ['s', 'the slowest'],
  ['z', 'zoom to the selected row'],
  ['g', 'groups of equal rows on and off'],
  ['[ ]', 'the run before and after'],
  ['Esc', 'close the details, leave the zoom'],
  ['?', 'these keys'],
];

export function openHelp(): void {
  const dialog = document.querySelector<HTMLDialogElement>('dialog.help');
  if (dialog?.open) dialog.close();
  else dialog?.showModal();
}

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
