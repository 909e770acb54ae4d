-- Version 17. Copies that are planned again: a run tries them behind the others.
CREATE INDEX deliveries_planned_again ON deliveries (edition, id) WHERE status = 'planned' AND detail <> '';
