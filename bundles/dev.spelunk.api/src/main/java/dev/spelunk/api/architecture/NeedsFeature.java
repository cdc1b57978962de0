// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.api.architecture;

import java.lang.annotation.ElementType;
import java.lang.annotation.Repeatable;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.osgi.annotation.bundle.Requirement;

/**
 * What a bundle brings needs another architecture feature in the same machine: a requirement in the namespace
 * {@link Architecture#FEATURE_NAMESPACE}. Where the bundle brings one feature, it is that one's need; otherwise
 * {@link #with} says whose.
 */
@Requirement(
        namespace = Architecture.FEATURE_NAMESPACE,
        filter = "(" + Architecture.FEATURE_NAMESPACE + "=${#value})",
        effective = "compose",
        attribute = {"with='${#with}'", "from=${#from}"})
@Repeatable(NeedsFeature.Several.class)
@Retention(RetentionPolicy.CLASS)
@Target(ElementType.TYPE)
public @interface NeedsFeature {
    /** Name of the feature that is needed. */
    String value();

    /** Only in a machine that has all of these features too; empty for any machine. */
    String[] with() default {};

    /** Only from this architecture version on, as {@code 8.7}. */
    String from() default "8.0";

    /** For a bundle with several needs. */
    @Retention(RetentionPolicy.CLASS)
    @Target(ElementType.TYPE)
    @interface Several {
        /** Each of them. */
        NeedsFeature[] value();
    }
}
