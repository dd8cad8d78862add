/**
 * ServiceApplication's data: users and their orders in a real PostgreSQL (in memory, in this process).
 */
import { PGlite } from '@electric-sql/pglite';
import { operation } from '../../support/service/operation';

const USERS = 120_000;
const USERS_WITH_ORDERS = 300;
const ORDERS_PER_USER = 3;

const SCHEMA = `
  CREATE TABLE user_info (
    id serial PRIMARY KEY,
    login text NOT NULL,
    total_cents integer NOT NULL DEFAULT 0,
    saved_at timestamptz
  );
  CREATE TABLE order_info (id serial PRIMARY KEY, login text NOT NULL, price_cents integer NOT NULL);
  CREATE TABLE order_summary (login text PRIMARY KEY, orders integer NOT NULL, total_cents integer NOT NULL);

  INSERT INTO user_info (login) SELECT 'user-' || n || '@shop.example' FROM generate_series(1, ${USERS}) n;
  INSERT INTO order_info (login, price_cents)
    SELECT 'user-' || n % ${USERS_WITH_ORDERS} * ${USERS / USERS_WITH_ORDERS} + 1 || '@shop.example', 100 + n % 9900
    FROM generate_series(1, ${USERS_WITH_ORDERS * ORDERS_PER_USER}) n;
  ANALYZE;
`;

/** Changes of the schema by release. Release 2 lacks the index that updates by login need. */
const RELEASES = {
  1: 'CREATE INDEX IF NOT EXISTS user_info_login ON user_info (login)',
  2: 'DROP INDEX IF EXISTS user_info_login',
} as const;

/** A release of ServiceApplication. */
export type Release = keyof typeof RELEASES;

/** The orders of a user, summed up. */
export interface UserTotal {
  readonly login: string;
  readonly orders: number;
  readonly totalCents: number;
}

/** The database of ServiceApplication. */
export interface Store {
  /** Returns the logins of the users with orders. */
  userInfoQuery(): Promise<string[]>;
  /** Returns the totals of the orders of each of these users. */
  orderInfoQuery(logins: readonly string[]): Promise<UserTotal[]>;
  orderSummarySave(totals: readonly UserTotal[]): Promise<void>;
  /** Updates the users one by one, by login, in one transaction. */
  userInfoSave(totals: readonly UserTotal[]): Promise<void>;
  /** Brings the schema into the state of the release. */
  apply(release: Release): Promise<void>;
  close(): Promise<void>;
}

/** Creates a database with users and orders, at release 1. */
export async function openStore(): Promise<Store> {
  const database = await PGlite.create();
  await database.exec(SCHEMA);
  await database.exec(RELEASES[1]);

  return {
    userInfoQuery: () =>
      operation('userInfoQuery', 'SELECT user_info', async (sql) => {
        const text = 'SELECT login FROM user_info WHERE login IN (SELECT login FROM order_info)';
        const { rows } = await database.query<{ login: string }>(sql(text));
        return rows.map((row) => row.login);
      }),

    orderInfoQuery: (logins) =>
      operation('orderInfoQuery', 'SELECT order_info', async (sql) => {
        const text = `SELECT login, count(*)::integer AS orders, sum(price_cents)::integer AS "totalCents"
          FROM order_info WHERE login = ANY($1) GROUP BY login`;
        return (await database.query<UserTotal>(sql(text), [logins])).rows;
      }),

    orderSummarySave: (totals) =>
      operation('orderSummarySave', 'INSERT order_summary', async (sql) => {
        const text = `INSERT INTO order_summary SELECT * FROM unnest($1::text[], $2::integer[], $3::integer[])
          ON CONFLICT (login) DO UPDATE SET orders = excluded.orders, total_cents = excluded.total_cents`;
        const columns = (['login', 'orders', 'totalCents'] as const).map((key) =>
          totals.map((row) => row[key]),
        );
        await database.query(sql(text), columns);
      }),

    userInfoSave: (totals) =>
      operation('userInfoSave', 'UPDATE user_info', async (sql, span) => {
        const text = sql('UPDATE user_info SET total_cents = $1, saved_at = now() WHERE login = $2');
        span.setAttribute('db.operation.batch.size', totals.length);
        await database.transaction(async (transaction) => {
          for (const { login, totalCents } of totals) await transaction.query(text, [totalCents, login]);
        });
      }),

    apply: async (release) => {
      await database.exec(RELEASES[release]);
    },
    close: () => database.close(),
  };
}
