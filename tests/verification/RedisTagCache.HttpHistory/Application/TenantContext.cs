namespace RedisTagCache.HttpHistory.Application;

/// <summary>The tenant of a request, which middleware sets: once as a scoped service, once for the flow of control.</summary>
internal sealed class TenantContext
{
    private static readonly AsyncLocal<int> _current = new();

    public static int Current
    {
        get => _current.Value;
        set => _current.Value = value;
    }

    public int Tenant { get; set; }
}
