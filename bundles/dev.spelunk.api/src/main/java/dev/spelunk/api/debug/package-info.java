// SPDX-License-Identifier: Apache-2.0
/**
 * Standing still at a place of a guest's run, looking at it from there, and going on or back: what a debugger asks of a
 * machine. Nothing of it can be noticed by the guest.
 */
@Export
@Version("0.2.0")
package dev.spelunk.api.debug;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
