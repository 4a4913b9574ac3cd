import type { NextConfig } from "next";

const config: NextConfig = {
  // pg is a program of the server, not of the page.
  serverExternalPackages: ["pg"],
};

export default config;
