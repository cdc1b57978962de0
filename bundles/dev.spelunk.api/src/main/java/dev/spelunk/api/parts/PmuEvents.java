// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.api.parts;

import dev.spelunk.api.architecture.Architecture;
import dev.spelunk.api.pmu.PmuEvent;
import java.util.List;
import org.osgi.annotation.versioning.ConsumerType;

/**
 * Service: brings events that the performance monitors can count beside their own, {@code spelunk.part} =
 * {@link Parts#EVENTS}. Profiling features bring theirs with their rules.
 */
@ConsumerType
public interface PmuEvents {
    /** The events that a machine of that architecture has. An event replaces one of the same number. */
    List<PmuEvent> events(Architecture architecture);
}
