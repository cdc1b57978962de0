// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.registers;

import dev.spelunk.api.architecture.BringsFeature;
import dev.spelunk.api.architecture.NeedsFeature;
import dev.spelunk.api.banks.RegisterBank;
import dev.spelunk.api.parts.Parts;
import dev.spelunk.api.parts.RegisterModel;
import dev.spelunk.api.registers.RegisterFile;
import dev.spelunk.api.wiring.PeContext;
import java.util.List;
import org.osgi.service.component.annotations.Component;

/** Publishes the system-register table. */
@BringsFeature(value = "FEAT_FGT", from = "8.5")
@BringsFeature(value = "FEAT_FGT2", from = "8.8")
@NeedsFeature(value = "FEAT_EL2", with = "FEAT_FGT")
@NeedsFeature(value = "FEAT_FGT", with = "FEAT_FGT2")
@Component(
        service = RegisterModel.class,
        property = {Parts.PART + "=" + Parts.REGISTERS, Parts.NAME + "=table"})
public final class RegisterModelComponent implements RegisterModel {
    @Override
    public RegisterFile create(PeContext context, List<RegisterBank> banks, RegisterFile previous) {
        return RegisterTable.create(context, banks, previous);
    }
}
