import { catalogueSuite } from "../../../shared/words/suite.ts";

catalogueSuite(new URL("./messages/", import.meta.url), ["en", "hi", "ur"], []);
