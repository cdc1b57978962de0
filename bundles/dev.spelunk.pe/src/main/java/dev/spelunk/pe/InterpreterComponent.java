// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.pe;

import dev.spelunk.api.architecture.BringsFeature;
import dev.spelunk.api.architecture.NeedsFeature;
import dev.spelunk.api.parts.Parts;
import dev.spelunk.api.parts.ProcessingElement;
import dev.spelunk.api.pe.Core;
import dev.spelunk.api.wiring.PeContext;
import org.osgi.service.component.annotations.Component;

/** Publishes the interpreter: by its ranking it is the engine of variants that name none. */
@Component(property = {Parts.PART + "=" + Parts.PE, Parts.NAME + "=interpreter", "service.ranking:Integer=100"})
@BringsFeature("FEAT_AES")
@BringsFeature("FEAT_AdvSIMD")
@BringsFeature("FEAT_BTI")
@BringsFeature("FEAT_CRC32")
@BringsFeature("FEAT_CSV2")
@BringsFeature("FEAT_CSV3")
@BringsFeature("FEAT_DIT")
@BringsFeature("FEAT_DPB")
@BringsFeature("FEAT_DPB2")
@BringsFeature("FEAT_DotProd")
@BringsFeature("FEAT_EL2")
@BringsFeature("FEAT_EL3")
@BringsFeature("FEAT_FCMA")
@BringsFeature("FEAT_FHM")
@BringsFeature("FEAT_FP")
@BringsFeature("FEAT_FP16")
@BringsFeature("FEAT_FRINTTS")
@BringsFeature("FEAT_FlagM")
@BringsFeature("FEAT_FlagM2")
@BringsFeature("FEAT_I8MM")
@BringsFeature("FEAT_IDST")
@BringsFeature("FEAT_JSCVT")
@BringsFeature("FEAT_LOR")
@BringsFeature("FEAT_LRCPC")
@BringsFeature("FEAT_LRCPC2")
@BringsFeature("FEAT_LSE")
@BringsFeature("FEAT_PAN")
@BringsFeature("FEAT_PAN2")
@BringsFeature("FEAT_PAuth")
@BringsFeature("FEAT_PMULL")
@BringsFeature("FEAT_RDM")
@BringsFeature("FEAT_RNG")
@BringsFeature("FEAT_SB")
@BringsFeature("FEAT_SHA1")
@BringsFeature("FEAT_SHA256")
@BringsFeature("FEAT_SPECRES")
@BringsFeature("FEAT_SSBS")
@BringsFeature("FEAT_SSBS2")
@BringsFeature("FEAT_UAO")
@BringsFeature("FEAT_VHE")
@NeedsFeature(value = "FEAT_EL2", with = "FEAT_VHE")
@NeedsFeature(value = "FEAT_FlagM", with = "FEAT_FlagM2")
@NeedsFeature(value = "FEAT_LRCPC", with = "FEAT_LRCPC2")
public final class InterpreterComponent implements ProcessingElement {
    @Override
    public Core create(PeContext context) {
        return new InterpreterCore(context, null);
    }
}
