// SPDX-License-Identifier: Apache-2.0
/** What the performance monitors can count, open for events of any part. */
@Export
@Version("0.2.0")
package dev.spelunk.api.pmu;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
