// SPDX-License-Identifier: Apache-2.0
/**
 * The fields of system registers, one class for each register or group of registers with the same fields. A field has the
 * manual's name and is written once, here: definitions of registers are made of these constants, and whoever tests or sets
 * a field uses them.
 */
@Export
@Version("0.2.0")
package dev.spelunk.api.registers.fields;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
