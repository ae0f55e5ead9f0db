package dev.hearth.controlplane.image;

import dev.hearth.controlplane.problem.Texts;
import java.util.Optional;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;
import tools.jackson.databind.json.JsonMapper;

/** Layers of images by their names: one row each, by the primary key. */
@Repository
class PythonImageStore {
    private static final int LONGEST_NAME = 500;

    private final JdbcClient sql;
    private final JsonMapper json;

    PythonImageStore(JdbcClient sql, JsonMapper json) {
        this.sql = sql;
        this.json = json;
    }

    /** What a name means never changes: versions refer to it. */
    void insertIfMissing(String fqin, ImageLayers layers) {
        String text = json.writeValueAsString(layers);
        if (text.contains("\\u0000")) {
            throw new ImageRefusedException("One of the image's layers holds the character U+0000.");
        }
        if (fqin.isBlank() || fqin.length() > LONGEST_NAME || !Texts.isStorable(fqin)) {
            throw new ImageRefusedException("The image's name must be 1 to " + LONGEST_NAME + " characters.");
        }
        sql.sql(
                        "INSERT INTO python_image (fqin, layers, created_at) VALUES (?, ?::jsonb, now()) ON CONFLICT DO NOTHING")
                .params(fqin, text)
                .update();
    }

    Optional<ImageLayers> find(String fqin) {
        if (!Texts.isStorable(fqin)) {
            return Optional.empty();
        }
        return sql.sql("SELECT layers FROM python_image WHERE fqin = ?")
                .param(fqin)
                .query(String.class)
                .optional()
                .map(layers -> json.readValue(layers, ImageLayers.class));
    }
}
