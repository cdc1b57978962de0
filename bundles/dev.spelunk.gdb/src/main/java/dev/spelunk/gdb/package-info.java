// SPDX-License-Identifier: Apache-2.0
/** The GDB remote serial protocol on a machine. */
package dev.spelunk.gdb;
