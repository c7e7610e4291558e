-- Lists of which most rows are passed over.

CREATE INDEX link_terminal ON link (merchant_id, terminal_id, id);
CREATE INDEX link_open ON link (merchant_id, id) WHERE state = 'open';
CREATE INDEX payment_method ON payment (merchant_id, method, id);
CREATE INDEX product_active ON product (merchant_id, active, id) WHERE removed_at = 0;
CREATE INDEX product_currency ON product (merchant_id, currency, active, id) WHERE removed_at = 0;
CREATE INDEX tax_active ON tax (merchant_id, active, id) WHERE removed_at = 0;
CREATE INDEX debt_dialect ON debt (merchant_id, dialect, id) WHERE id <> '';
