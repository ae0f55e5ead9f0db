package dev.hearth.controlplane.problem;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;

/**
 * Settings {@code hearth.http.*}.
 *
 * @param maxBody longest body of a request, bundles apart; default 16 MB, at least 1 KB
 */
@ConfigurationProperties("hearth.http")
record HttpSettings(@DefaultValue("16MB") DataSize maxBody) {
    HttpSettings {
        if (maxBody.toBytes() < 1024) {
            throw new IllegalArgumentException("hearth.http.max-body must be at least 1KB, was " + maxBody);
        }
    }
}
