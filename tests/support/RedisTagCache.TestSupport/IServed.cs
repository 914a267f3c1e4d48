namespace RedisTagCache.TestSupport;

/// <summary>Servers that tests run against, whatever they are.</summary>
public interface IServed
{
    string ConnectionString { get; }
}
