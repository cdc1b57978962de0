// SPDX-License-Identifier: Apache-2.0
/** What is reported to people when something is wrong. */
@Export
@Version("0.2.0")
package dev.spelunk.api.problems;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
