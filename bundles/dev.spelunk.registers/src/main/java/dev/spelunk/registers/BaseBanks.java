// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.registers;

import dev.spelunk.api.banks.RegisterBank;
import java.util.List;

/** The banks that every machine has; a contributed bank may replace definitions of theirs. */
final class BaseBanks {
    static final List<RegisterBank> ALL = List.of(
            new IdentificationRegisters(),
            new CacheRegisters(),
            new TranslationControlRegisters(),
            new ExceptionRegisters(),
            new ThreadRegisters(),
            new PstateRegisters(),
            new FloatingPointRegisters(),
            new HypervisorRegisters(),
            new FineGrainedTrapRegisters(),
            new El3Registers(),
            new LimitedOrderingRegisters(),
            new PointerAuthenticationRegisters(),
            new RandomNumberRegisters(),
            new DebugRegisters(),
            new PerformanceMonitorsRegisters());

    private BaseBanks() {}
}
