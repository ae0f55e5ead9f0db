-- What a Python image adds to the runner: read when a machine first needs the image, never by the queue.
CREATE TABLE python_image (
    fqin       text        PRIMARY KEY,  -- the name under which tasks refer to it
    layers     jsonb       NOT NULL,
    created_at timestamptz NOT NULL
);
