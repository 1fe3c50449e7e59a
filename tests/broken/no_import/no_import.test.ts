import "./missing.ts";
