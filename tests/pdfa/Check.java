import java.io.File;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Date;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.logging.LogManager;
import javax.xml.parsers.DocumentBuilderFactory;
import org.verapdf.gf.foundry.VeraGreenfieldFoundryProvider;
import org.verapdf.pdfa.Foundries;
import org.verapdf.pdfa.PDFAParser;
import org.verapdf.pdfa.flavours.PDFAFlavour;
import org.verapdf.pdfa.results.TestAssertion;
import org.verapdf.pdfa.results.ValidationResult;
import org.verapdf.pdfa.validation.profiles.ErrorArgument;
import org.verapdf.pdfa.validation.profiles.Profiles;
import org.verapdf.pdfa.validation.profiles.Rule;
import org.verapdf.pdfa.validation.profiles.ValidationProfile;
import org.verapdf.pdfa.validation.profiles.Variable;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;

/** veraPDF over the files named: each rule of PDF/A-2b that one of them breaks. See __main__.py. */
public class Check {
    private static final PDFAFlavour FLAVOUR = PDFAFlavour.PDFA_2_B;

    public static void main(String[] paths) throws Exception {
        LogManager.getLogManager().reset();
        VeraGreenfieldFoundryProvider.initialise();
        ValidationProfile profile = profile("/org/verapdf/pdfa/validation/PDFA-2B.xml");
        boolean whole = paths.length > 0;
        for (String path : paths) {
            try (PDFAParser parser = Foundries.defaultInstance().createParser(new File(path), FLAVOUR)) {
                var validator = Foundries.defaultInstance().createValidator(profile, false);
                whole &= told(path, validator.validate(parser));
            }
        }
        System.exit(whole ? 0 : 1);
    }

    private static boolean told(String path, ValidationResult result) {
        System.out.printf("%s: %s, %d checks%n", path,
            result.isCompliant() ? "PDF/A-2b" : "not PDF/A-2b", result.getTotalAssertions());
        var broken = new TreeMap<String, String>();
        for (TestAssertion one : result.getTestAssertions()) {
            if (one.getStatus() == TestAssertion.Status.FAILED) {
                String rule = one.getRuleId().getClause() + "-" + one.getRuleId().getTestNumber();
                broken.putIfAbsent(rule, one.getMessage() + " " + one.getLocation().getContext());
            }
        }
        broken.forEach((rule, words) -> System.out.println("  " + rule + " " + words));
        return result.isCompliant();
    }

    /** The profile as veraPDF ships it, read without JAXB, which no Java has had since 11. */
    private static ValidationProfile profile(String name) throws Exception {
        try (InputStream in = ValidationProfile.class.getResourceAsStream(name)) {
            Element root = DocumentBuilderFactory.newInstance().newDocumentBuilder().parse(in).getDocumentElement();
            Set<Rule> rules = new LinkedHashSet<>();
            for (Element one : all(root, "rule")) {
                Element id = all(one, "id").get(0);
                rules.add(Profiles.ruleFromValues(
                    Profiles.ruleIdFromValues(PDFAFlavour.Specification.valueOf(id.getAttribute("specification")),
                        id.getAttribute("clause"), Integer.parseInt(id.getAttribute("testNumber"))),
                    one.getAttribute("object"),
                    one.hasAttribute("deferred") ? Boolean.valueOf(one.getAttribute("deferred")) : null,
                    one.hasAttribute("tags") ? one.getAttribute("tags") : null,
                    text(one, "description"), text(one, "test"),
                    Profiles.errorFromValues(text(one, "message"), new ArrayList<ErrorArgument>()),
                    List.of()));
            }
            Set<Variable> variables = new LinkedHashSet<>();
            for (Element one : all(root, "variable")) {
                variables.add(Profiles.variableFromValues(one.getAttribute("name"), one.getAttribute("object"),
                    text(one, "defaultValue"), text(one, "value")));
            }
            var details = Profiles.profileDetailsFromValues("PDF/A-2b", "ISO 19005-2", "veraPDF", new Date(0));
            return Profiles.profileFromValues(FLAVOUR, details, "", rules, variables);
        }
    }

    private static List<Element> all(Element below, String name) {
        List<Element> found = new ArrayList<>();
        NodeList nodes = below.getElementsByTagName(name);
        for (int n = 0; n < nodes.getLength(); n++) {
            found.add((Element) nodes.item(n));
        }
        return found;
    }

    private static String text(Element below, String name) {
        List<Element> found = all(below, name);
        return found.isEmpty() ? "" : found.get(0).getTextContent();
    }
}
