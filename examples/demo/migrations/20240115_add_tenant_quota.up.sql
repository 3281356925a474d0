-- Quotas become binding: every user has a limit and a counter, every quota key is unique within its account, and a
-- subscription can only name a plan that exists.
ALTER TABLE app.users ALTER COLUMN quota_limit SET NOT NULL;
ALTER TABLE app.users ADD COLUMN quota_used integer NOT NULL DEFAULT 0;
ALTER TABLE app.users ADD COLUMN quota_resets_at timestamptz;

CREATE INDEX IF NOT EXISTS idx_tenant_quota ON app.users (account_id, quota_limit);
CREATE INDEX IF NOT EXISTS idx_tenant_quota ON billing.subscriptions (account_id, plan_id);
CREATE INDEX IF NOT EXISTS idx_tenant_quota ON usage.events (user_id, happened_at);
CREATE UNIQUE INDEX idx_users_quota_key ON app.users (account_id, quota_key);

ALTER TABLE billing.subscriptions
    ADD CONSTRAINT subscriptions_plan_fkey FOREIGN KEY (plan_id) REFERENCES billing.plans (id);
