// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.machine.board;

/**
 * The functions of a guest and of the hypervisor under it, which may have the same addresses: with its MMU off, the guest
 * runs at addresses that mean something else at EL2.
 *
 * @param guest what runs below EL2
 * @param hypervisor what runs at EL2: the same where nothing else is there
 */
public record SymbolTables(GuestSymbols guest, GuestSymbols hypervisor) {
    /** The function at an address of an Exception level, as {@link GuestSymbols#at}. */
    public String at(int el, long address) {
        return (el >= 2 ? hypervisor : guest).at(address);
    }
}
