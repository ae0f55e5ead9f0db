-- When each line of a chunk was printed, and over which stream: eight bytes a line, see LineMark.

ALTER TABLE log_chunk ADD marks bytea;                  -- null = written before there were marks
