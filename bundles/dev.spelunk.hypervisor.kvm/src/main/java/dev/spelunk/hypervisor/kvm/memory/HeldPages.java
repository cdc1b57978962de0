// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.hypervisor.kvm.memory;

import dev.spelunk.api.hypervisor.BufferPinningPolicy;
import dev.spelunk.api.state.MachineState;
import dev.spelunk.hypervisor.kvm.state.PageList;

/** The pages that the VM or one of its vCPUs keeps pinned. Which they are is in the machine's state. */
public final class HeldPages implements BufferPinningPolicy.Pins {
    private final PageList pages;
    private final VmMemory memory;

    /** @param name of the state block */
    public HeldPages(MachineState machine, String name, VmMemory memory) {
        pages = new PageList(machine, name);
        this.memory = memory;
    }

    @Override
    public int count() {
        return pages.count();
    }

    @Override
    public long page(int index) {
        return pages.page(index);
    }

    @Override
    public boolean pin(long ipa) {
        long page = ipa & -PageList.PAGE;
        int index = pages.indexOf(page);
        if (index >= 0) {
            return true;
        }
        if (!memory.pin(page)) {
            return false;
        }
        pages.insert(-1 - index, page);
        return true;
    }

    @Override
    public void unpin(long ipa) {
        int index = pages.indexOf(ipa & -PageList.PAGE);
        if (index >= 0) {
            unpinAt(index);
        }
    }

    private void unpinAt(int index) {
        memory.unpin(pages.page(index));
        pages.remove(index);
    }

    @Override
    public boolean replace(long[] wanted, int count) {
        for (int i = pages.count() - 1, j = count - 1; i >= 0; i--) {
            while (j >= 0 && Long.compareUnsigned(wanted[j], pages.page(i)) > 0) {
                j--;
            }
            if (j < 0 || wanted[j] != pages.page(i)) {
                unpinAt(i);
            }
        }
        for (int i = 0; i < count; i++) {
            if (!pin(wanted[i])) {
                clear();
                return false;
            }
        }
        return true;
    }

    @Override
    public void clear() {
        for (int i = pages.count() - 1; i >= 0; i--) {
            unpinAt(i);
        }
    }
}
