// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.platform.psci;

import dev.spelunk.api.parts.FirmwareCalls;
import dev.spelunk.api.parts.Parts;
import dev.spelunk.api.registers.fields.MPIDR_EL1;
import org.osgi.service.component.annotations.Component;

/**
 * PSCI 1.1 with its mandatory functions and SYSTEM_RESET2 (DEN 0022), and the discovery calls of SMCCC 1.1
 * (DEN 0028). Suspending is standby only.
 */
@Component(property = {Parts.PART + "=" + Parts.FIRMWARE, Parts.NAME + "=psci"})
public final class Psci implements FirmwareCalls {
    static final int SMCCC_VERSION = 0x8000_0000;
    static final int SMCCC_ARCH_FEATURES = 0x8000_0001;
    static final int PSCI_VERSION = 0x8400_0000;
    static final int CPU_SUSPEND = 0x8400_0001;
    static final int CPU_OFF = 0x8400_0002;
    static final int CPU_ON = 0x8400_0003;
    static final int AFFINITY_INFO = 0x8400_0004;
    static final int MIGRATE_INFO_TYPE = 0x8400_0006;
    static final int SYSTEM_OFF = 0x8400_0008;
    static final int SYSTEM_RESET = 0x8400_0009;
    static final int PSCI_FEATURES = 0x8400_000A;
    static final int SYSTEM_RESET2 = 0x8400_0012;
    /** Set in the identifier of the SMC64 form of a function. */
    static final int SMC64 = 0x4000_0000;

    static final long SUCCESS = 0;
    static final long NOT_SUPPORTED = -1;
    static final long INVALID_PARAMETERS = -2;
    static final long ALREADY_ON = -4;
    static final long INVALID_ADDRESS = -9;
    private static final long ON = 0;
    private static final long OFF = 1;

    private static final long VERSION_1_1 = 1 << 16 | 1;
    /** There is no Trusted OS that would have to migrate. */
    private static final long NO_MIGRATION = 2;

    /** Bits that the original format of power_state defines: PowerLevel, StateType, StateID. */
    private static final long POWER_STATE = 3L << 24 | 1L << 16 | 0xFFFF;

    private static final int HIGHEST_AFFINITY_LEVEL = 3;

    private static final Request RETURN = new Request(Action.RETURN);

    @Override
    public Request call(long[] x, Pes pes) {
        int function = (int) x[0];
        long argumentMask = (function & SMC64) != 0 ? -1L : 0xFFFF_FFFFL;
        long a1 = x[1] & argumentMask;
        long a2 = x[2] & argumentMask;
        long a3 = x[3] & argumentMask;
        switch (function) {
            case SYSTEM_OFF:
                return new Request(Action.SYSTEM_OFF);
            case SYSTEM_RESET:
                return new Request(Action.SYSTEM_RESET);
            case SYSTEM_RESET2:
            case SYSTEM_RESET2 | SMC64:
                if (a1 == 0) {
                    return new Request(Action.SYSTEM_RESET);
                }
                x[0] = INVALID_PARAMETERS;
                return RETURN;
            case CPU_OFF:
                return new Request(Action.CPU_OFF);
            case CPU_ON:
            case CPU_ON | SMC64:
                return cpuOn(x, pes, a1, a2, a3);
            case CPU_SUSPEND:
            case CPU_SUSPEND | SMC64:
                return suspend(x);
            case AFFINITY_INFO:
            case AFFINITY_INFO | SMC64:
                x[0] = affinityInfo(pes, a1, a2);
                return RETURN;
            default:
                x[0] = information(function, (int) a1);
                return RETURN;
        }
    }

    private static long information(int function, int about) {
        switch (function) {
            case PSCI_VERSION:
            case SMCCC_VERSION:
                return VERSION_1_1;
            case MIGRATE_INFO_TYPE:
                return NO_MIGRATION;
            case PSCI_FEATURES:
                return implemented(about) ? SUCCESS : NOT_SUPPORTED;
            case SMCCC_ARCH_FEATURES:
                // No workaround call is needed or there: those answer NOT_SUPPORTED.
                return about == SMCCC_VERSION || about == SMCCC_ARCH_FEATURES ? SUCCESS : NOT_SUPPORTED;
            default:
                return NOT_SUPPORTED;
        }
    }

    private static boolean implemented(int function) {
        switch (function) {
            case SMCCC_VERSION:
            case PSCI_VERSION:
            case CPU_SUSPEND:
            case CPU_SUSPEND | SMC64:
            case CPU_OFF:
            case CPU_ON:
            case CPU_ON | SMC64:
            case AFFINITY_INFO:
            case AFFINITY_INFO | SMC64:
            case MIGRATE_INFO_TYPE:
            case SYSTEM_OFF:
            case SYSTEM_RESET:
            case PSCI_FEATURES:
            case SYSTEM_RESET2:
            case SYSTEM_RESET2 | SMC64:
                return true;
            default:
                return false;
        }
    }

    private static Request cpuOn(long[] x, Pes pes, long target, long entry, long argument) {
        x[0] = INVALID_PARAMETERS;
        for (int pe = 0; pe < pes.count(); pe++) {
            if ((pes.affinity(pe) & MPIDR_EL1.AFFINITY) == target) {
                if (pes.powered(pe)) {
                    x[0] = ALREADY_ON;
                } else if ((entry & 3) != 0) {
                    x[0] = INVALID_ADDRESS;
                } else {
                    x[0] = SUCCESS;
                    return new Request(Action.CPU_ON, pe, entry, argument);
                }
            }
        }
        return RETURN;
    }

    /** Every state is entered as standby, which a platform may do. */
    private static Request suspend(long[] x) {
        if ((x[1] & 0xFFFF_FFFFL & ~POWER_STATE) != 0) {
            x[0] = INVALID_PARAMETERS;
            return RETURN;
        }
        x[0] = SUCCESS;
        return new Request(Action.STANDBY);
    }

    private static long affinityInfo(Pes pes, long target, long lowestLevel) {
        if (lowestLevel > HIGHEST_AFFINITY_LEVEL || lowestLevel < 0 || (target & ~MPIDR_EL1.AFFINITY) != 0) {
            return INVALID_PARAMETERS;
        }
        long mask = MPIDR_EL1.AFFINITY & -1L << (lowestLevel == HIGHEST_AFFINITY_LEVEL ? 32 : 8 * lowestLevel);
        long result = INVALID_PARAMETERS;
        for (int pe = 0; pe < pes.count(); pe++) {
            if (((pes.affinity(pe) ^ target) & mask) == 0) {
                if (pes.powered(pe)) {
                    return ON;
                }
                result = OFF;
            }
        }
        return result;
    }
}
