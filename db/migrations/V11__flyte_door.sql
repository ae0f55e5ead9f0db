-- One row: the key with which addresses for uploads are signed, by whichever control plane of this database.
CREATE TABLE flyte_door (
    upload_key bytea NOT NULL                  -- 244 random bits
);
INSERT INTO flyte_door VALUES (uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid()));

-- A specification that no deployed task has goes when no run can need it any more.
ALTER TABLE flyte_spec ADD COLUMN used_on date NOT NULL DEFAULT CURRENT_DATE;
