// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.api.architecture;

import java.lang.annotation.ElementType;
import java.lang.annotation.Repeatable;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.osgi.annotation.bundle.Capability;

/**
 * The part's bundle models an architecture feature: a capability in the namespace
 * {@link Architecture#FEATURE_NAMESPACE}, which the framework does not wire and a composition is judged by.
 */
@Capability(
        namespace = Architecture.FEATURE_NAMESPACE,
        name = "${#value}",
        effective = "compose",
        attribute = "from=${#from}")
@Repeatable(BringsFeature.Several.class)
@Retention(RetentionPolicy.CLASS)
@Target(ElementType.TYPE)
public @interface BringsFeature {
    /** Name of the feature, as in DDI 0487, A2. */
    String value();

    /** The first architecture version that permits it, as {@code 8.7}. */
    String from() default "8.0";

    /** For a bundle that models several. */
    @Retention(RetentionPolicy.CLASS)
    @Target(ElementType.TYPE)
    @interface Several {
        /** Each of them. */
        BringsFeature[] value();
    }
}
