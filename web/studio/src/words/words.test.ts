import { catalogueSuite } from "../../../shared/words/suite.ts";

catalogueSuite(new URL("./messages/", import.meta.url), ["bn", "en", "gu", "hi", "id", "kn", "ml", "mr", "or", "pa", "ta", "te", "ur"], []);
