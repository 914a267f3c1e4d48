using RedisTagCache.TestSupport;

namespace RedisTagCache.AspNetCore.Tests.DesignTime;

/// <summary>The build of RedisTagCache.DesignTime starts its host to write its OpenAPI document; a hosted service of it uses the cache.</summary>
public sealed class DocumentGenerationTests
{
    [Fact]
    public void Build_WritesTheDocument_WithoutAskingForAConnection()
    {
        var project = Repository.Folder("tests", "support", "RedisTagCache.DesignTime");
        Assert.Contains("/posts/{id}", File.ReadAllText(Path.Combine(project, "obj", "openapi", "RedisTagCache.DesignTime.json")), StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(Path.Combine(project, "bin"), "connected.txt", SearchOption.AllDirectories));
    }
}
