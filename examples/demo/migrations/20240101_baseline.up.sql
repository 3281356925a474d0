-- What every tenant of the demo has had since its first day.
CREATE SCHEMA app;
CREATE SCHEMA billing;
CREATE SCHEMA usage;

CREATE TABLE app.accounts (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE app.users (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    account_id bigint NOT NULL REFERENCES app.accounts (id),
    email text NOT NULL UNIQUE,
    quota_key text NOT NULL,
    quota_limit integer NOT NULL DEFAULT 1000,
    created_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT users_quota_limit_positive CHECK (quota_limit > 0)
);
CREATE INDEX idx_tenant_quota ON app.users (account_id, quota_limit);

CREATE TABLE billing.plans (
    id bigint PRIMARY KEY,
    name text NOT NULL,
    monthly_cents integer NOT NULL
);

CREATE TABLE billing.subscriptions (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    account_id bigint NOT NULL REFERENCES app.accounts (id),
    plan_id bigint NOT NULL,
    started_on date NOT NULL
);
CREATE INDEX idx_tenant_quota ON billing.subscriptions (account_id, plan_id);

CREATE TABLE usage.events (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    user_id bigint NOT NULL REFERENCES app.users (id),
    units integer NOT NULL,
    happened_at timestamptz NOT NULL
);
CREATE INDEX idx_tenant_quota ON usage.events (user_id, happened_at);

CREATE VIEW usage.monthly AS
SELECT user_id, date_trunc('month', happened_at) AS month, sum(units) AS units
FROM usage.events
GROUP BY user_id, date_trunc('month', happened_at);

CREATE FUNCTION app.touch_account() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.name := trim(NEW.name);
    RETURN NEW;
END
$$;
CREATE TRIGGER accounts_touch BEFORE INSERT OR UPDATE ON app.accounts
    FOR EACH ROW EXECUTE FUNCTION app.touch_account();
