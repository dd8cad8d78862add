/**
 * AccountService's data: the accounts of the old system, and the table that they move to, in a real PostgreSQL
 * (in memory, in this process). The new table is stricter than the old one was.
 */
import { PGlite } from '@electric-sql/pglite';
import { operation } from '../../support/service/operation';
import { RefusedError } from '../../support/service/routes';

const FIRST_ACCOUNT = 999_900;
const ACCOUNTS = 600;
/** The account whose holder's name is longer than the new table allows. */
const LONG_NAMED_ACCOUNT = 1_000_002;

const SCHEMA = `
  CREATE TABLE legacy_account (id integer PRIMARY KEY, holder text NOT NULL, balance_cents integer NOT NULL);
  CREATE TABLE account (
    id integer PRIMARY KEY,
    holder varchar(40) NOT NULL,
    balance_cents integer NOT NULL,
    migrated_at timestamptz NOT NULL DEFAULT now()
  );

  INSERT INTO legacy_account
    SELECT n, 'Holder ' || n, n % 100000
    FROM generate_series(${FIRST_ACCOUNT}, ${FIRST_ACCOUNT + ACCOUNTS - 1}) n;
  UPDATE legacy_account SET holder = 'Anna-Maria Wilhelmine Friederike von Hohenstein-Waldburg'
    WHERE id = ${LONG_NAMED_ACCOUNT};
`;

/** Classes of errors that are caused by the data, not by the database. @see PostgreSQL, appendix A */
const DATA_ERROR = /^2[23]/;

/** The database of AccountService. */
export interface Store {
  /** Returns the numbers of the accounts after this one, in order. */
  legacyQuery(after: number, limit: number): Promise<number[]>;
  /** Moves the account, even if it was moved before. @throws {RefusedError} if its data does not fit */
  accountInsert(account: number): Promise<void>;
  /** Applies release 2 to the schema: a longer field for the holder's name. */
  lengthenHolder(): Promise<void>;
  close(): Promise<void>;
}

/** Creates a database with the old accounts. */
export async function openStore(): Promise<Store> {
  const database = await PGlite.create();
  await database.exec(SCHEMA);

  return {
    legacyQuery: (after, limit) =>
      operation('legacyQuery', 'SELECT legacy_account', async (sql) => {
        const text = 'SELECT id FROM legacy_account WHERE id > $1 ORDER BY id LIMIT $2';
        const { rows } = await database.query<{ id: number }>(sql(text), [after, limit]);
        return rows.map(({ id }) => id);
      }),

    accountInsert: (account) =>
      operation('accountInsert', 'INSERT account', async (sql) => {
        const text = `INSERT INTO account (id, holder, balance_cents)
          SELECT id, holder, balance_cents FROM legacy_account WHERE id = $1
          ON CONFLICT (id) DO UPDATE SET holder = excluded.holder, balance_cents = excluded.balance_cents`;
        try {
          await database.query(sql(text), [account]);
        } catch (error) {
          const { code = '', message } = error as Error & { code?: string };
          throw DATA_ERROR.test(code) ? new RefusedError(message, { cause: error }) : error;
        }
      }),

    lengthenHolder: async () => {
      await database.exec('ALTER TABLE account ALTER COLUMN holder TYPE varchar(80)');
    },
    close: () => database.close(),
  };
}
