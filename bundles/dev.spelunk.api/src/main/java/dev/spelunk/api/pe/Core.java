// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.api.pe;

import dev.spelunk.api.state.Operation;
import org.osgi.annotation.versioning.ProviderType;

/**
 * Executes instructions of one PE. It knows neither the SPU nor the hypervisor: it runs as many
 * operations as it is told and reports why it stopped; the run loop does what follows.
 */
@ProviderType
public interface Core {
    /** The limit was reached, or {@code PeState.changed} is not 0. */
    int CONTINUE = 0;
    /** WFI or WFE found nothing to wake for: {@code PeState.waiting} is set. */
    int WAITING = 1;
    /** An exception was taken to EL2: ESR_EL2, ELR_EL2, SPSR_EL2, FAR_EL2 and HPFAR_EL2 say which. */
    int EXCEPTION_TO_EL2 = 2;
    /** HLT #0xF000 (semihosting): pc is that of the HLT; W0 and X1 hold the call. Whoever serves it advances pc. */
    int SEMIHOSTING = 3;
    /** SMC or HVC that goes to firmware: pc is after the instruction, X0 holds the function. */
    int FIRMWARE_CALL = 4;
    /** The guest cannot go on: its exception vector leads to nothing but the next exception, again and again. */
    int LOCKED_UP = 5;

    /** The next operation is at one of the addresses of {@link #stopBefore}, and has not been executed. */
    int ADDRESS_REACHED = 6;

    /** Syndrome of an interrupt exit in {@link #lastExceptionKind}. */
    int SYNCHRONOUS = 0;

    int IRQ = 1;
    int FIQ = 2;
    int SERROR = 3;

    /**
     * Takes a pending unmasked interrupt if there is one, then executes at most limit operations
     * (the budget ends between two operations exactly). {@code PeState.executed} counts each.
     * Ends early when {@code PeState.changed} becomes nonzero.
     *
     * @param limit at least 1
     * @return {@link #CONTINUE} and the following
     */
    int run(long limit);

    /**
     * Executes exactly one operation in observed form: as {@link #run} with limit 1, and tells what it did.
     * When an interrupt is taken first no operation is executed, and {@code observed()} is false.
     */
    int runObserved(Operation operation);

    /** Whether the last {@link #runObserved} executed an operation. */
    boolean observed();

    /**
     * Lets {@link #run} end with {@link #ADDRESS_REACHED} before an operation at one of these virtual addresses;
     * {@link #runObserved} takes no notice of them. They hold until the next call. The guest cannot find out.
     *
     * @return false when the core cannot do it: who wants to stop there looks before each operation, in observed form
     */
    default boolean stopBefore(long... addresses) {
        return false;
    }

    /** Kind of the last exception taken: {@link #SYNCHRONOUS}, {@link #IRQ}, {@link #FIQ}, {@link #SERROR}. */
    int lastExceptionKind();

    /**
     * Takes an exception as {@code AArch64.TakeException} does (DDI 0487, J1.1): for whoever injects one.
     *
     * @param targetEl 1 or 2
     * @param syndrome ESR_ELx value; ignored unless kind is {@link #SYNCHRONOUS} or {@link #SERROR}
     * @param faultAddress FAR_ELx value, stored when hasAddress
     */
    void takeException(int targetEl, int kind, long syndrome, boolean hasAddress, long faultAddress);

    /** Returns from an exception as ERET at the current EL with these values does. */
    void exceptionReturn(long address, long spsr);

    /**
     * Drops decoded code and everything else derived, looks up register indices again, and attaches to the
     * context's translator.
     */
    void invalidate();

    /** Drops this core: it is no holder of code any more. */
    void close();
}
