package dev.hearth.controlplane.flyte;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.hearth.controlplane.problem.ProblemException;
import dev.hearth.controlplane.storage.StorageException;
import dev.hearth.model.Violation;
import jakarta.servlet.http.HttpServletRequest;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Clock;
import java.time.Instant;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.stereotype.Controller;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.RequestParam;

/**
 * Takes the files that were announced with CreateUploadLocation. Their addresses are signed, for one name, one content and a time,
 * so that they need no other credential; all control planes of a database take them.
 */
@Controller
class Uploads {
    static final String PATH = "/flyte/uploads";

    private final FlyteStore store;
    private final FlyteFiles files;
    private final FlyteSettings settings;
    private final Clock clock;

    Uploads(FlyteStore store, FlyteFiles files, FlyteSettings settings, Clock clock) {
        this.store = store;
        this.files = files;
        this.settings = settings;
        this.clock = clock;
    }

    /** Bytes that a file may have. */
    long most() {
        return settings.maxUpload().toBytes();
    }

    /** The query of an address to which this content may be put until then. */
    String signed(String file, byte[] md5, Instant until) {
        String digest = Base64.getUrlEncoder().withoutPadding().encodeToString(md5);
        String path = Base64.getUrlEncoder().withoutPadding().encodeToString(file.getBytes(UTF_8));
        long expires = until.getEpochSecond();
        return "?file=" + path + "&md5=" + digest + "&expires=" + expires + "&signature="
                + signature(path, digest, expires);
    }

    @PutMapping(PATH)
    ResponseEntity<String> put(
            @RequestParam String file,
            @RequestParam String md5,
            @RequestParam long expires,
            @RequestParam String signature,
            HttpServletRequest request)
            throws IOException {
        if (!MessageDigest.isEqual(signature(file, md5, expires).getBytes(UTF_8), signature.getBytes(UTF_8))) {
            throw new ProblemException(
                    HttpStatus.FORBIDDEN, "Forbidden", "This address was not signed by this server.", List.of());
        }
        if (clock.instant().isAfter(Instant.ofEpochSecond(expires))) {
            throw new ProblemException(
                    HttpStatus.FORBIDDEN, "Forbidden", "This address has expired; ask for another one.", List.of());
        }
        long most = most();
        if (request.getContentLengthLong() > most) {
            throw tooLarge(most);
        }
        String target = new String(Base64.getUrlDecoder().decode(file), UTF_8);
        byte[] expected = Base64.getUrlDecoder().decode(md5);
        try {
            files.write(target, new Checked(request.getInputStream(), expected, most));
        } catch (IllegalArgumentException e) {
            throw ProblemException.invalid(new Violation("file", target, "is no place for a file: " + e.getMessage()));
        } catch (StorageException e) {
            if (e.getCause() instanceof Checked.Refused refused) {
                throw refused.tooLarge
                        ? tooLarge(most)
                        : ProblemException.invalid(new Violation(
                                "Content-MD5",
                                request.getHeader("Content-MD5"),
                                "is not that of the content that came"));
            }
            throw e;
        }
        return ResponseEntity.ok().build();
    }

    private static ProblemException tooLarge(long most) {
        return new ProblemException(
                HttpStatus.CONTENT_TOO_LARGE,
                "Content Too Large",
                "A file may have at most " + most + " bytes (hearth.flyte.max-upload).",
                List.of());
    }

    private String signature(String file, String md5, long expires) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(store.uploadKey(), mac.getAlgorithm()));
            return HexFormat.of().formatHex(mac.doFinal((file + "\n" + md5 + "\n" + expires).getBytes(UTF_8)));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java platform has HmacSHA256", e);
        }
    }

    /** Ends with a refusal if there is too much of it or if it is not what was announced. */
    private static final class Checked extends FilterInputStream {
        private final MessageDigest md5;
        private final byte[] expected;
        private long left;

        Checked(InputStream in, byte[] expected, long most) {
            super(in);
            this.expected = expected.clone();
            this.left = most;
            try {
                this.md5 = MessageDigest.getInstance("MD5");
            } catch (NoSuchAlgorithmException e) {
                throw new IllegalStateException("every Java platform has MD5", e);
            }
        }

        static final class Refused extends IOException {
            private static final long serialVersionUID = 1L;
            private final boolean tooLarge;

            Refused(boolean tooLarge) {
                this.tooLarge = tooLarge;
            }
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] into, int offset, int length) throws IOException {
            int read = super.read(into, offset, length);
            if (read < 0) {
                if (!MessageDigest.isEqual(md5.digest(), expected)) {
                    throw new Refused(false);
                }
                return read;
            }
            left -= read;
            if (left < 0) {
                throw new Refused(true);
            }
            md5.update(into, offset, read);
            return read;
        }
    }
}
