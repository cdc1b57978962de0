// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.differential;

import dev.spelunk.a64.Field;
import dev.spelunk.a64.Instruction;
import dev.spelunk.a64.InstructionClass;
import dev.spelunk.a64.InstructionSet;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/** Chooses instructions and the values of their fields, edges preferred. */
public final class RandomInstruction {
    private static final int ATTEMPTS = 100_000;

    private final InstructionSet catalogue;
    private final List<InstructionClass> classes = new ArrayList<>();
    private final int version;
    private final SplitMix random;
    private final int totalWeight;
    private final int favouriteShare;
    private final int[] favourites = new int[6];

    /**
     * @param catalogue what to choose from
     * @param version the architecture version times ten (82 for Armv8.2); later instructions are left out
     * @param random the source of every choice
     */
    public RandomInstruction(InstructionSet catalogue, int version, SplitMix random) {
        this(catalogue, version, random, 44);
    }

    /** @param favouriteShare how often a register is one of a few that are used again and again, in percent */
    RandomInstruction(InstructionSet catalogue, int version, SplitMix random, int favouriteShare) {
        this.favouriteShare = favouriteShare;
        int total = 0;
        for (InstructionClass c : catalogue.classes()) {
            if (c.instructions().stream().anyMatch(i -> i.isIn(version))) {
                classes.add(c);
                total += c.weight();
            }
        }
        this.catalogue = catalogue;
        this.version = version;
        this.random = random;
        this.totalWeight = total;
        chooseFavourites();
    }

    /** Chooses the few registers that the following instructions use often, so that results flow into operands. */
    public void chooseFavourites() {
        for (int i = 0; i < favourites.length; i++) {
            favourites[i] = random.below(31);
        }
    }

    /** Chooses an instruction: a class by weight, then one of its instructions. */
    public Instruction choose() {
        while (true) {
            int at = random.below(totalWeight);
            int index = 0;
            while (at >= classes.get(index).weight()) {
                at -= classes.get(index++).weight();
            }
            List<Instruction> instructions = classes.get(index).instructions();
            Instruction instruction = instructions.get(random.below(instructions.size()));
            if (instruction.isIn(version)) {
                return instruction;
            }
        }
    }

    /** A word of an instruction whose behaviour is defined. */
    public int defined(Instruction instruction) {
        return word(instruction, instruction::isDefined);
    }

    /** A word of an instruction for which a condition holds as well as that its behaviour is defined. */
    public int defined(Instruction instruction, Predicate<Integer> condition) {
        return word(instruction, w -> instruction.isDefined(w) && condition.test(w));
    }

    /** A word that has the pattern of an instruction and is UNALLOCATED; the catalogue must have a rule for it. */
    public int unallocated(Instruction instruction) {
        return word(
                instruction,
                w -> !instruction.isValid(w) && !catalogue.identify(w).isValid(w));
    }

    /**
     * A word from the encoding spaces of the SIMD&FP instructions that is UNALLOCATED, or belongs to a later version or
     * to an absent feature: one near those of an instruction, or any other.
     */
    public int undefined() {
        List<Instruction> all = catalogue.instructions();
        while (true) {
            int word = (int) random.nextLong();
            if (random.percent(75)) {
                Instruction near = all.get(random.below(all.size()));
                word = near.fixedBits() | word & ~near.fixedMask();
                for (int flips = random.below(3); flips > 0; flips--) {
                    word ^= 1 << 10 + random.below(22);
                }
            }
            if (isUndefined(word)) {
                return word;
            }
        }
    }

    private boolean isUndefined(int word) {
        boolean dataProcessing = (word >>> 25 & 7) == 7;
        boolean loadStore = (word >>> 25 & 7) == 6;
        if (!dataProcessing && !loadStore) {
            return false;
        }
        Instruction instruction = catalogue.identify(word);
        if (instruction == null) {
            return true;
        }
        // The emulator's processor of the last version has features beyond it.
        boolean beyond = instruction.get("since", 0) == Instruction.NEVER && version >= 85;
        return !beyond && !instruction.has("manual") && !(instruction.isValid(word) && instruction.isIn(version));
    }

    private int word(Instruction instruction, Predicate<Integer> condition) {
        List<Field> fields = instruction.fields();
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            int word = instruction.fixedBits();
            for (Field field : fields) {
                word = field.set(word, field.isRegister() ? register() : value(field));
            }
            if (condition.test(word)) {
                return word;
            }
        }
        throw new IllegalStateException("no encoding of " + instruction + " meets the condition");
    }

    private int register() {
        int chance = random.below(100);
        return chance < 6
                ? 31
                : chance < 6 + favouriteShare ? favourites[random.below(favourites.length)] : random.below(32);
    }

    private int value(Field field) {
        int mask = field.mask();
        if (field.width() < 4 || random.percent(70)) {
            return (int) random.nextLong() & mask;
        }
        switch (random.below(6)) {
            case 0:
                return 0;
            case 1:
                return 1;
            case 2:
                return mask;
            case 3:
                return mask - 1;
            case 4:
                return (mask >> 1) + 1;
            default:
                return mask >> 1;
        }
    }

    /** A 64-bit operand: half of them at an edge of some width. */
    public long operand() {
        switch (random.below(14)) {
            case 0:
                return 0;
            case 1:
                return 1;
            case 2:
                return -1;
            case 3:
                return Long.MIN_VALUE;
            case 4:
                return Long.MAX_VALUE;
            case 5:
                return 1L << random.below(64);
            case 6:
                return (1L << random.below(64)) - 1;
            case 7:
                return -(1L << random.below(64));
            case 8:
                return 0x7fffffffL + random.below(3);
            case 9:
                return 0xfffffffeL + random.below(4);
            case 10:
                return (int) random.nextLong();
            case 11:
                return random.below(256) - 128;
            default:
                return random.nextLong();
        }
    }
}
