// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.api.profiling;

import org.osgi.annotation.versioning.ConsumerType;

/**
 * Whiteboard service: what one PMSVer or one optional FEAT_SPE_* adds. Increments are applied in order of
 * {@link #order}, each to the rules that those before it made. A bundle brings one of them, declares the
 * feature as a capability and what it builds on as requirements in the namespace {@code arm.feature}.
 */
@ConsumerType
public interface ProfilingFeatures {
    /** The feature's name, {@code FEAT_SPEv1p1}. */
    String feature();

    /**
     * Place in the order of composition: PMSVer times 100 for a version (100 to 600), 700 to 899 for optional
     * features of the architecture, 900 and more for IMPLEMENTATION DEFINED ones.
     */
    int order();

    /** Adds to the rules. */
    void contribute(ProfilingRulesBuilder rules);
}
