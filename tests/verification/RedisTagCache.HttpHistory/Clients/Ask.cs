using RedisTagCache.HttpHistory.Application;
using RedisTagCache.HttpHistory.Evictions;

namespace RedisTagCache.HttpHistory.Clients;

/// <summary>What a client asks for, and what was known when it did. Used again for its next request.</summary>
internal sealed class Ask
{
    public Target Target { get; set; } = null!;

    public Variant Variant { get; set; } = null!;

    /// <summary>The instance that is asked.</summary>
    public int Instance { get; set; }

    public long Number { get; set; }

    public bool IsHead { get; set; }

    public int Host { get; set; }

    public int Tenant { get; set; }

    public int User { get; set; }

    public int Flavor { get; set; }

    public int Query { get; set; }

    /// <summary>Whether its path is the natural one but for letter case, encoding and slashes: an eviction of the path reaches no other spelling of a number.</summary>
    public bool IsNaturalPath { get; set; }

    public bool IsConditional { get; set; }

    public bool HasRange { get; set; }

    public bool IsOnlyIfCached { get; set; }

    public long Begin { get; set; }

    /// <summary>What was rendered before this may not be served.</summary>
    public long HardFloor { get; set; }

    /// <summary>What was rendered before this may not be served as fresh.</summary>
    public long SoftFloor { get; set; }

    /// <summary>What had been stored before.</summary>
    public Stored? Stored { get; set; }

    /// <summary>The address as it was sent.</summary>
    public string Address { get; set; } = "";

    /// <summary>Whether what was rendered was rendered in this very request.</summary>
    public bool IsRenderedAs(in Facts facts) => facts.By == Number && facts.IsRefresh == 0;

    public override string ToString() => FormattableString.Invariant(
        $"request {Number} of instance {Instance}: {(IsHead ? "HEAD" : Target.Page.Method)} {Names.Hosts[Host]}{Address}, tenant {Tenant}, user {User}, flavor {Flavor}{(IsConditional ? ", conditional" : "")}{(HasRange ? ", range" : "")}{(IsOnlyIfCached ? ", only-if-cached" : "")}");
}
