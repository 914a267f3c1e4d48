using RedisTagCache.DependencyInjection;
using StackExchange.Redis;

namespace RedisTagCache.Tests.DependencyInjection;

public sealed class RedisConnectorTests
{
    [Fact]
    public void Complete_OfAFullString_KeepsWhatItSet()
    {
        var configuration = Complete("a:1,b:2,name=me,ssl=true,user=u,password=p,defaultDatabase=3,syncTimeout=77,asyncTimeout=88,connectTimeout=99,connectRetry=5,keepAlive=11,abortConnect=true");
        Assert.Equal(2, configuration.EndPoints.Count);
        Assert.Equal(("me", true, "u", "p", 3), (configuration.ClientName, configuration.Ssl, configuration.User, configuration.Password, configuration.DefaultDatabase));
        Assert.Equal((77, 88, 99, 5, 11), (configuration.SyncTimeout, configuration.AsyncTimeout, configuration.ConnectTimeout, configuration.ConnectRetry, configuration.KeepAlive));
        Assert.True(configuration.AbortOnConnectFail);
    }

    [Theory]
    [InlineData("a:1")]
    [InlineData("a:1,ssl=true,password=abortConnect")]
    [InlineData("a:1,defaultDatabase=3,connectTimeout=99")]
    public void Complete_OfAStringThatLeavesThemOpen_FillsTheRest(string text)
    {
        var configuration = Complete(text);
        Assert.Equal((1_250, false), (configuration.SyncTimeout, configuration.AbortOnConnectFail));
        Assert.Same(BacklogPolicy.FailFast, configuration.BacklogPolicy);
        Assert.False(configuration.IncludeDetailInExceptions); // the detail names keys
    }

    [Theory]
    [InlineData("a:1,abortConnect=false", false)]
    [InlineData("a:1,ABORTCONNECT=TRUE", true)]
    public void Complete_OfAbortConnect_KeepsIt(string text, bool expected) => Assert.Equal(expected, Complete(text).AbortOnConnectFail);

    [Fact]
    public void Complete_OfOptionsSetInCode_KeepsThem()
    {
        var backlog = new BacklogPolicy { QueueWhileDisconnected = true };
        var configuration = new ConfigurationOptions { EndPoints = { "a:1" }, AbortOnConnectFail = true, SyncTimeout = 77, BacklogPolicy = backlog };
        RedisConnector.Complete(configuration, TimeSpan.FromSeconds(1));
        Assert.Equal((true, 77), (configuration.AbortOnConnectFail, configuration.SyncTimeout));
        Assert.Same(backlog, configuration.BacklogPolicy);
    }

    private static ConfigurationOptions Complete(string text)
    {
        var configuration = ConfigurationOptions.Parse(text);
        RedisConnector.Complete(configuration, TimeSpan.FromMilliseconds(1_250));
        return configuration;
    }
}
