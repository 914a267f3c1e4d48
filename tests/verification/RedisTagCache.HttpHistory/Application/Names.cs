namespace RedisTagCache.HttpHistory.Application;

/// <summary>The headers by which clients, middleware and pages tell each other what they are.</summary>
internal static class Names
{
    public const string Request = "X-N";
    public const string Variant = "X-V";
    public const string Knows = "X-K";
    public const string Tenant = "X-Tenant";
    public const string User = "X-User";
    public const string Flavor = "X-Flavor";
    public const string Nonce = "X-Nonce";
    public const string Cache = "pages";
    public const string PathBase = "/base";
    public const string Moved = "/old";
    public const string Evict = "/evict";
    public const string Expire = "/expire";

    public static readonly string[] Hosts = ["a.example", "b.example"];
}
