// SPDX-License-Identifier: Apache-2.0
/** The wiring of one PE: its state, and the objects that the composed parts made for it. */
@Export
@Version("0.2.0")
package dev.spelunk.api.wiring;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
