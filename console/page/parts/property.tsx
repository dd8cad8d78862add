/**
 * A labelled value in a description list.
 */

/** A term and its value; must be inside a `dl`. */
export function Property({
  name,
  children,
}: {
  readonly name: string;
  readonly children: preact.ComponentChildren;
}) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}
