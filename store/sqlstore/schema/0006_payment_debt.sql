-- Who else is paying a debt, over whichever link.

CREATE INDEX payment_debt ON payment (scope, reference, id) WHERE reference <> '';
