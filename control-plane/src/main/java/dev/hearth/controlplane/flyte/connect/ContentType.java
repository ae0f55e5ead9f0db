package dev.hearth.controlplane.flyte.connect;

import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.springframework.util.InvalidMimeTypeException;
import org.springframework.util.MimeType;
import org.springframework.util.MimeTypeUtils;

/** The content types of the protocol: what a body holds, and how. */
enum ContentType {
    UNARY_PROTO("proto", Format.PROTO, false),
    UNARY_JSON("json", Format.JSON, false),
    STREAM_PROTO("connect+proto", Format.PROTO, true),
    STREAM_JSON("connect+json", Format.JSON, true);

    private final String subtype;
    private final Format format;
    private final boolean stream;

    ContentType(String subtype, Format format, boolean stream) {
        this.subtype = subtype;
        this.format = format;
        this.stream = stream;
    }

    /** Null for any other. */
    static @Nullable ContentType read(@Nullable String header) {
        try {
            MimeType type = MimeTypeUtils.parseMimeType(header == null ? "" : header);
            Charset charset = type.getCharset();
            return type.getType().equals("application") && (charset == null || charset.equals(StandardCharsets.UTF_8))
                    ? Arrays.stream(values())
                            .filter(each -> each.subtype.equals(type.getSubtype()))
                            .findFirst()
                            .orElse(null)
                    : null;
        } catch (InvalidMimeTypeException notOne) {
            return null;
        }
    }

    String wireName() {
        return "application/" + subtype;
    }

    Format format() {
        return format;
    }

    boolean isStream() {
        return stream;
    }

    String encodingHeader() {
        return stream ? "Connect-Content-Encoding" : "Content-Encoding";
    }

    String acceptHeader() {
        return stream ? "Connect-Accept-Encoding" : "Accept-Encoding";
    }
}
