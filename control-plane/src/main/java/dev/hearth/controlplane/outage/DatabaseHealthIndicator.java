package dev.hearth.controlplane.outage;

import javax.sql.DataSource;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.jdbc.health.DataSourceHealthIndicator;
import org.springframework.stereotype.Component;

/** Health {@code db}: whether the server's pool has a session, and during an outage since when there is none that writes, and why. */
@Component("dbHealthIndicator")
final class DatabaseHealthIndicator extends DataSourceHealthIndicator {
    private final Outages outages;

    DatabaseHealthIndicator(DataSource server, Outages outages) {
        super(server);
        this.outages = outages;
    }

    @Override
    protected void doHealthCheck(Health.Builder builder) throws Exception {
        Outages.Away away = outages.database().orElse(null);
        if (away == null) {
            super.doHealthCheck(builder);
        } else {
            builder.down()
                    .withDetail("notWritableSince", away.since().toString())
                    .withDetail("reason", away.why());
        }
    }
}
