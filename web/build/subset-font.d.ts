declare module "subset-font" {
  interface Options {
    targetFormat?: "woff2" | "truetype";
    keepFeatures?: string[];
    noHinting?: boolean;
    variationAxes?: Record<string, number | { min: number; max: number; default: number }>;
  }
  /** `font` cut to the characters of `text` by HarfBuzz. */
  export default function subset(font: Uint8Array, text: string, options?: Options): Promise<Uint8Array>;
}
