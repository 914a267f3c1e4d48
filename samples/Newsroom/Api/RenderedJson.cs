namespace Newsroom.Api;

public sealed record RenderedJson(string At, string By, string Took);
